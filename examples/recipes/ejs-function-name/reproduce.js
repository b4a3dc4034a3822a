"use strict";
// As express does it: the options of the view come with the data, under "settings".
const path = require("path");
const ejs = require("ejs");

require("fs").writeFileSync("page.ejs", "Hello <%= name %>");
const data = { name: "Ada", settings: {} };
if (!process.argv.includes("benign")) {
  data.settings["view options"] = { outputFunctionName: "x; globalThis.marker = 1; s" };
}
ejs.renderFile(path.resolve("page.ejs"), data, (error, text) => {
  console.log(error ? `refused: ${error.message.split("\n")[0]}` : text);
  if (globalThis.marker === 1) console.log("FLAW SHOWN");
});
