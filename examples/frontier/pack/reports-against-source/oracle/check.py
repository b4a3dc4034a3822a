import kit

kit.exactly({"real": ["C2", "C4", "C6", "C7"], "groups": [["C2", "C6"], ["C4"], ["C7"]]})
