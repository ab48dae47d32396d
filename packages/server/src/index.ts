// What belongs to the options, so that a server needs no second import.
export { fromFile } from '@peercert/core';
