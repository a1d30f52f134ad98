import { createContext } from 'preact';
import type { ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useState } from 'preact/hooks';

const NoticeContext = createContext<(text: string) => void>(() => undefined);

/** For how long a notice is read, milliseconds. */
const shownMs = 8_000;

/** Gives pages a place to say what was done, which stays when the button that did it goes. */
export function Notices(props: { readonly children: ComponentChildren }) {
  const [text, setText] = useState('');
  const tell = useCallback((told: string) => setText(told), []);
  useEffect(() => {
    if (text === '') return undefined;
    const timer = setTimeout(() => setText(''), shownMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <NoticeContext.Provider value={tell}>
      {props.children}
      <div class={text === '' ? 'notice' : 'notice notice-shown'} role="status">
        {text}
      </div>
    </NoticeContext.Provider>
  );
}

/** Says something that was done. */
export function useNotice(): (text: string) => void {
  return useContext(NoticeContext);
}
