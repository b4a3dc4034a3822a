import kit

kit.located("ring.c", "length_at", 61, 62, "CWE-125")
