import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

const MICROPHONE = <path d="M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM6 11v1a6 6 0 0 0 12 0v-1M12 18v3" />;
const CAMERA = <path d="M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2ZM15 11l6-3.5v9L15 13" />;
const OFF = <path d="M4 4l16 16" />;

export const MicrophoneIcon = ({ on }: { on: boolean }) => <Icon>{MICROPHONE}{on ? null : OFF}</Icon>;
export const CameraIcon = ({ on }: { on: boolean }) => <Icon>{CAMERA}{on ? null : OFF}</Icon>;
export const SoundIcon = () => (
  <Icon>
    <path d="M4 9v6h4l5 4V5L8 9H4ZM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11" />
  </Icon>
);
export const LeaveIcon = () => (
  <Icon>
    <path d="M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9" />
  </Icon>
);
export const CopyIcon = () => (
  <Icon>
    <path d="M9 9h9a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2V9ZM15 9V5a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h3" />
  </Icon>
);
export const CheckIcon = () => (
  <Icon>
    <path d="M5 13l4.5 4.5L19 7.5" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
);
/** The logo: a link of a chain. */
export const Mark = () => (
  <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect className="mark-ground" width="32" height="32" rx="9" />
    <path className="mark-line" d="M13.5 18.5l5-5M12 14.5l-2 2a3.9 3.9 0 0 0 5.5 5.5l2-2M20 17.5l2-2a3.9 3.9 0 0 0-5.5-5.5l-2 2" />
  </svg>
);
export const ShareIcon = () => (
  <Icon>
    <path d="M12 15V3M8 7l4-4 4 4M6 11H5v10h14V11h-1" />
  </Icon>
);
export const FlipIcon = () => (
  <Icon>
    <path d="M4 8h3l1.5-2h7L17 8h3v11H4ZM9 13.5a3 3 0 0 1 5.5-1.6M15 13.5a3 3 0 0 1-5.5 1.6M14.7 9.8v2.2h-2.2M9.3 17.2V15h2.2" />
  </Icon>
);
export const SettingsIcon = () => (
  <Icon>
    <path d="M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4" />
  </Icon>
);
