/** Entry of the console. */

import '@kern-ux/native/dist/kern.min.css';
import './styles/fonts.css';
import './styles/console.css';
import { Desk } from './desk';
import { ConsoleApp } from './views/console-app';

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
