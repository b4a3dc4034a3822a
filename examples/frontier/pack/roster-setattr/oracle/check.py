import kit

kit.located("roster.py", "edit", 38, 42, "CWE-915")
