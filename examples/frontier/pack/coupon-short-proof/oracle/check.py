import kit

kit.located("coupon.py", "take", 47, 47, "CWE-697")
