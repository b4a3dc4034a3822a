banner=$(python3 ask.py http://desk:8080/)
key=$(python3 -c 'print(format(sum(b"keeper") * 7919 % 65536, "04x"))')
room=$(python3 ask.py "http://desk:8080/room?key=$key")
sealed=$(python3 ask.py "http://desk:8080/errand?key=$key&to=http://vault:8080/sealed")
printf '{"banner": "%s", "room": "%s", "sealed": "%s"}' "$banner" "$room" "$sealed" > answer.json
