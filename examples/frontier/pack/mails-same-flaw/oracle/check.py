import kit

kit.exactly({"groups": [["M1", "M3", "M6"], ["M2", "M5"], ["M4"]]})
