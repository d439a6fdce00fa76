# dns-server.py ADDRESS PORT LOG: answers queries of host names with 192.0.2.7, and writes each name
# into LOG.
import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
log = open(sys.argv[3], "w")
print("ready", file=log, flush=True)
while True:
    query, client = server.recvfrom(512)
    end = 12  # of the name, RFC 1035
    while query[end]:
        end += query[end] + 1
    print(query[13:end], file=log, flush=True)
    is_a = query[end + 2] == 1
    record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4\xc0\0\2\7" if is_a else b""
    head = query[:2] + b"\x84\0\0\1\0" + bytes([is_a]) + b"\0\0\0\0"
    server.sendto(head + query[12:end + 5] + record, client)
