"""Rules against tiring the fans. Pure: no Django, no database, no words."""
