"use strict";
// Only the classification is asked; nothing is connected to.
const ip = require("ip");

const address = process.argv.includes("benign") ? "127.0.0.1" : "0x7F.1";
console.log(address, "is public:", ip.isPublic(address));
if (ip.isPublic(address)) console.log("FLAW SHOWN");
