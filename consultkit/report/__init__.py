"""From a disclosed view to a document: templates, figures, and the safe road to DOCX, PDF and HTML."""
