"use strict";
// Two loopback servers; the first redirects to the second, which looks at the headers it gets.
const nodeHttp = require("http");
const { http } = require("follow-redirects");

const benign = process.argv.includes("benign");
const second = nodeHttp.createServer((request, response) => {
  const header = request.headers["proxy-authorization"];
  console.log("second origin got:", header);
  if (header === "Basic marker") console.log("FLAW SHOWN");
  response.end();
});
const first = nodeHttp.createServer((request, response) => {
  response.writeHead(302, { Location: `http://127.0.0.1:${second.address().port}/` });
  response.end();
});
second.listen(0, "127.0.0.1", () => first.listen(0, "127.0.0.1", () => {
  // The control follows the same redirect and has no credentials to lose.
  const headers = benign ? {} : { "Proxy-Authorization": "Basic marker" };
  http.get(`http://127.0.0.1:${first.address().port}/`, { headers }, (response) => {
    response.resume();
    response.on("end", () => process.exit(0));
  });
}));
