/** The version of the syncer. */
export const VERSION = '0.1.0';
