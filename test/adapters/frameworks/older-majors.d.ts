// The older majors have no types of their own here; those of the current ones fit what the suite uses.
declare module 'express4' {
  export { default } from 'express';
}

declare module 'koa2' {
  export { default } from 'koa';
}
