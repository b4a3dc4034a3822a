import kit

kit.located("depot.py", "locate", 51, 51, "CWE-22")
