"""The desktop window: a network half that knows no Tk, widgets that draw what it tells, and one file between them."""
