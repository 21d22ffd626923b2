/** Entry of the console. */

import '@kern-ux/native/dist/kern.min.css';
import './styles/fonts.css';
import './styles/console.css';
import './styles/cases.css';
import './styles/print.css';
import './styles/pages.css';
import { Desk } from './desk';
import { loadPreferences } from './preferences';
import { showTheme } from './theme';
import { ConsoleApp } from './views/console-app';

showTheme(loadPreferences().theme);

customElements.whenDefined(ConsoleApp.tag).then(
  () => {
    const app = document.querySelector<ConsoleApp>(ConsoleApp.tag);
    const desk = Desk.connect();
    if (app !== null) {
      app.desk = desk;
    }
    void desk.resume();
  },
  () => undefined,
);
