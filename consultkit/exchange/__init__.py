"""To and from the tools that people already have: spreadsheets, and mapping.yaml edited without a trace."""
