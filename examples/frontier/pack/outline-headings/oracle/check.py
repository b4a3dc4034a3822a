import kit

kit.located("outline.py", "named", 45, 47, "CWE-407")
