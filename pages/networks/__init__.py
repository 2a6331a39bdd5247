"""The networks a brand can publish on: dataclasses in, dataclasses out. No Django, nothing else of pages."""
