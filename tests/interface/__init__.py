"""The frame, the components, the forms and the colours."""
