import kit

kit.exactly({"groups": [["L1", "L3"], ["L2", "L8"], ["L4", "L6"], ["L5", "L7"]], "order": ["L1", "L5", "L4", "L2"]})
