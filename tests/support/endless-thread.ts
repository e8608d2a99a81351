/** A thread that never answers, for the test of what is done about it. */
for (;;);
