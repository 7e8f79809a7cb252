"""Working days: Monday to Friday, less the campaign's holidays."""

from __future__ import annotations

import datetime as dt

from consultkit.model import Campaign

DAY = dt.timedelta(days=1)


def is_working_day(campaign: Campaign, day: dt.date) -> bool:
    """Whether people work on that day."""
    return day.weekday() < 5 and day not in campaign.holidays


def working_days_between(campaign: Campaign, first: dt.date, last: dt.date) -> int:
    """How many working days lie from `first` to `last`, both included."""
    days = (first + DAY * index for index in range((last - first).days + 1))
    return sum(1 for day in days if is_working_day(campaign, day))


def add_working_days(campaign: Campaign, start: dt.date, number: int) -> dt.date:
    """The day on which the `number`-th working day from `start` (itself counted) falls."""
    day = start
    while True:
        if is_working_day(campaign, day):
            number -= 1
            if number <= 0:
                return day
        day += DAY


def campaign_end(campaign: Campaign) -> dt.date | None:
    """The last working day of the campaign, where its start and length are known."""
    if campaign.start is None or campaign.working_days is None:
        return None
    return add_working_days(campaign, campaign.start, campaign.working_days)
