import { LANGUAGES, type Language } from "../lib/language";
import { useLanguage, useMessages } from "../lib/messages";

const SHORT: Record<Language, string> = { en: "EN", "pt-BR": "PT" };
const NAME: Record<Language, string> = { en: "English", "pt-BR": "Português (Brasil)" };

export function LanguageSwitch({ onChoose }: { onChoose: (language: Language) => void }) {
  const current = useLanguage();
  const messages = useMessages();
  return (
    <div className="languages" role="group" aria-label={messages.language}>
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          title={NAME[language]}
          aria-label={`${SHORT[language]}: ${NAME[language]}`}
          aria-pressed={language === current}
          data-testid={`language-${language}`}
          onClick={() => onChoose(language)}
        >
          {SHORT[language]}
        </button>
      ))}
    </div>
  );
}
