"""A mail server that takes every mail at once and notes when: `python -m benchmarks.peers.mail_sink PORT FILE`.

As little SMTP (RFC 5321) as senders need, so that the server costs little of the machine that is measured. Each line
of the file: the time (seconds since 1970) and the first recipient.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import TextIO


async def _session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, notes: TextIO) -> None:
    recipient = ""
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 Go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            notes.write(f"{time.time():.6f} {recipient}\n")
            notes.flush()
        elif verb == b"RCPT":
            recipient = line.decode().partition("<")[2].partition(">")[0]
        elif verb == b"QUIT":
            writer.write(b"221 Bye\r\n")
            break
        writer.write(b"250 OK\r\n")
    writer.close()


async def _serve(port: int, file: Path) -> None:
    with file.open("a") as notes:
        server = await asyncio.start_server(lambda r, w: _session(r, w, notes), "127.0.0.1", port, limit=1 << 22)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), Path(sys.argv[2])))
