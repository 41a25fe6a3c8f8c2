/**
 * Stands for the failures of a delivery that has ended and is sent once more by hand: no schedule has so many waits, so no retry
 * follows.
 */
export const usedUp = 2 ** 31 - 1
