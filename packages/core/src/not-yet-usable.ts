/**
 * What can be read and is in order, and counts only from a later moment on. It replaces nothing that is good now. Nobody
 * has to change anything for it to become usable, so that whoever follows files tries it again at each look.
 */
export class NotYetUsable extends TypeError {}
