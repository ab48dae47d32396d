// Text that only people read: a mutant of it says nothing about what is decided.
const proseMembers = new Set(['explanation', 'section', 'sentence', 'because']);

const prose = {
  shouldIgnore({ node, key, parent }) {
    const isMember = node.type === 'ObjectProperty' && proseMembers.has(node.key.name) && isText(node.value);
    // tolerate(deviation, because, acceptedBy)
    const isArgument = parent?.type === 'CallExpression' && parent.callee.name === 'tolerate' && isText(node);
    return isMember || (isArgument && key === 1) ? 'text for people' : undefined;
  },
};

const isText = ({ type }) => type === 'StringLiteral' || type === 'TemplateLiteral';

export const strykerPlugins = [{ kind: 'Ignore', name: 'prose', value: prose }];
