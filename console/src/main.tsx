import { render } from 'preact';
import './styles/ground.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/tables.css';
import './styles/lanes.css';
import { createGateway } from './gateway/client';
import { Shell } from './shell/shell';

const place = document.getElementById('console');
if (place !== null) render(<Shell gateway={createGateway()} />, place);
