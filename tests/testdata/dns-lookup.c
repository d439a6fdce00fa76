/* dns-lookup PREFIX COUNT: looks up PREFIX-0.test to PREFIX-COUNT.test, one every 5 ms, and prints
 * how many are found. */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int i, found = 0, count = argc > 2 ? atoi(argv[2]) : 0;
	char name[256];
	struct addrinfo *all, hint = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof name, "%s-%d.test", argv[1], i);
		if (getaddrinfo(name, NULL, &hint, &all) == 0) {
			found++;
			freeaddrinfo(all);
		}
		usleep(5000);
	}
	printf("%d\n", found);
	return 0;
}
