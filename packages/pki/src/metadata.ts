// tsyringe, inside @peculiar/x509, refuses to load without the Reflect metadata API. In a module of its own, because bundlers
// run a CommonJS module where the one that imports it stands, and after `@peculiar/x509` is too late. `sideEffects` of the
// package names this file, or they would leave it out.
import 'reflect-metadata';
