import kit

kit.located("courier.py", "fetch", 26, 29, "CWE-200")
