/* getrandom(2) of a program from a seed, by LD_PRELOAD: for guests of User-Mode-Linux whose runs are to be the same (docs/virtual-time.md).
 * The kernel's generator in such a guest takes all its entropy from here (linux arch/um/os-Linux/util.c, os_getrandom). Never for anything secret.
 * SplitMix64: Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

ssize_t getrandom(void *buffer, size_t length, unsigned int flags)
{
	static uint64_t state;
	static int seeded;
	unsigned char *bytes = buffer;

	(void)flags;
	if (!seeded) {
		const char *seed = getenv("SEED");

		state = seed ? strtoull(seed, NULL, 0) : 1;
		seeded = 1;
	}
	for (size_t i = 0; i < length; i++) {
		uint64_t z = state += 0x9e3779b97f4a7c15;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		bytes[i] = z >> 56;
	}
	return length;
}
