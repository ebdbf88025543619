"""A date field that is filled in beforehand stays empty on screen unless its value is written this way."""

DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y/%m/%d"]
