"use strict";
// A hand-made archive with one stored entry: the library itself cleans names when it writes archives.
const AdmZip = require("adm-zip");

function crc32(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function zip(name, text) {
  const file = Buffer.from(name);
  const data = Buffer.from(text);
  const common = Buffer.alloc(26); // from "version needed" to "extra length", the same in both headers
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(data), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(data.length, 18);
  common.writeUInt16LE(file.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, file, data]);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, Buffer.alloc(14), file]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

const name = process.argv.includes("benign") ? "plain.txt" : "../escaped.txt";
try {
  new AdmZip(zip(name, "marker")).extractAllTo("out", true);
  console.log("extracted");
} catch (error) {
  console.log("refused:", error.message || error);
}
