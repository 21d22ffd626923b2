import { describe, expect, it } from 'vitest';
import { adaptOwn, kernFor } from '../build/kern-css';
import { iconPath } from '../build/kern-icons';

const USING = ['<button class="kern-btn">'];

describe('kernFor', () => {
  it('moves tokens from the page to the host, and drops those that nobody needs', () => {
    const css = kernFor(':root { --a: 1px; --b: var(--a); --c: 2px } .kern-btn { width: var(--b) }', USING);
    expect(css).toContain(':host');
    expect(css).toMatch(/--a: 1px.*--b/s);
    expect(css).not.toContain('--c');
  });

  it('leaves out components that are not used, and rules for the page itself', () => {
    const css = kernFor('.kern-card { top: 0 } .kern-btn, .kern-btn--big { top: 1px } body { top: 2px }', USING);
    expect(css.replace(/\s+/g, ' ').trim()).toBe('.kern-btn { top: 1px }');
  });

  it('turns left and right into start and end', () => {
    const css = kernFor('.kern-btn { margin-left: 1px; text-align: right; left: 0 }', USING);
    expect(css).toContain('margin-inline-start');
    expect(css).toContain('text-align: end');
    expect(css).toContain('inset-inline-start');
  });

  it('keeps themes as attributes of the host', () => {
    expect(kernFor('[data-kern-theme=dark] { color: red }', USING)).toContain(':host([data-theme=dark])');
  });
});

describe('adaptOwn', () => {
  it('makes sizes follow the reader and not the page', () => {
    expect(adaptOwn('a { width: calc(1.5rem + 2px); margin: 0rem -1rem; --kern-16rem: 1 }')).toBe(
      'a { width: calc(calc(1.5*var(--kl-rem)) + 2px); margin: 0px calc(-1*var(--kl-rem)); --kern-16rem: 1 }',
    );
  });
});

describe('iconPath', () => {
  it('complains about an icon that KERN does not have', () => {
    expect(() => iconPath('.kern-icon--close { }', 'close')).toThrow('close');
  });
});
