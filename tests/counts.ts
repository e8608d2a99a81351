/** How many random cases each conformance test tries; `npm run test:long` raises them. */
export const counts = { decide: 3_000 };
