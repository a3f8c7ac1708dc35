using HotlinePush.Tickets;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>What Twilio says the caller did.</summary>
/// <param name="Digits">The key; empty: none.</param>
/// <param name="RecordingSid">What was recorded; null: nothing was said.</param>
/// <param name="Taken">Whether the desk took the call, where it was handed over.</param>
public sealed record VoiceInput(string Digits, string? RecordingSid, bool? Taken);

/// <summary>What is known for this turn beyond the session.</summary>
/// <param name="Open">The caller's own open requests, newest first, where progress is asked for.</param>
/// <param name="Reserve">Draws numbers for a ticket.</param>
/// <param name="MayText">Whether a text may be sent to the caller.</param>
/// <param name="DeskOpen">Whether the desk can be reached at this hour.</param>
public sealed record VoiceFacts(IReadOnlyList<Ticket> Open, Func<string> Reserve, bool MayText, bool DeskOpen);

/// <summary>What the desk is to know of the call after a turn.</summary>
public enum VoiceNews { None, Ringing, Answered, Missed }

/// <summary>The menu: session, what the caller did → session, what is said next. Pure. Every question takes 0, which is a person.</summary>
internal static class VoiceMenu
{
    /// <summary>After so many silences or wrong keys in a row a person takes over.</summary>
    private const int MostMisses = 2;

    private const int MostRead = 3;
    private const int MostRequests = 5;

    /// <summary>After so many turns a person takes over; after twice as many the call ends.</summary>
    private const int MostTurns = 40;

    public static bool AsksProgress(VoiceSession s, VoiceInput input) => s is { Turn: > 0, Step: VoiceStep.Menu } && input.Digits == "2";

    public static bool AsksText(VoiceSession s, VoiceInput input) => s is { Step: VoiceStep.Subsidy } && input.Digits == "1";

    /// <param name="address">Of the menu; the turn is added, so that a question that is asked again is known for it.</param>
    public static (VoiceSession After, VoiceNews News, string Answer) Next(VoiceSession before, VoiceInput input, VoiceFacts facts, TwilioVoiceSettings settings, string hooks)
    {
        var turn = new Turning(before, facts, settings, hooks);
        if (before.Turn == 0)
            turn.Greet();
        else if (before.Turn >= 2 * MostTurns || before.Step == VoiceStep.Over)
            turn.End();
        else if (before.Step == VoiceStep.Desk)
            turn.AfterDesk(input.Taken == true);
        else if (before.Step == VoiceStep.Record)
            turn.AfterRecord(input);
        else if (input.Digits == "0" || before.Turn >= MostTurns)
            turn.HandOver();
        else if (input.Digits == "*" && before.Step != VoiceStep.Menu)
            turn.Ask(VoiceStep.Menu);
        else
            turn.OnKey(input.Digits);
        return (turn.Session with { Answers = before.Answers.Add(turn.Answer) }, turn.News, turn.Answer);
    }

    private sealed class Turning(VoiceSession session, VoiceFacts facts, TwilioVoiceSettings settings, string hooks)
    {
        public VoiceSession Session { get; private set; } = session;
        public VoiceNews News { get; private set; }
        public string Answer { get; private set; } = "";

        private bool En => Session.English;

        private TwiML Say(params IEnumerable<string> texts)
        {
            var twiml = new TwiML($"{hooks}/voice?turn={Session.Turn + 1}", En);
            foreach (var text in texts)
                twiml.Say(text);
            return twiml;
        }

        private void Done(TwiML twiml) => Answer = twiml.ToString();

        public void Greet() => Ask(VoiceStep.Menu, [VoiceTexts.Greeting(En)]);

        /// <summary>Asks the question of a step, after what else is to be said.</summary>
        public void Ask(VoiceStep step, IEnumerable<string>? first = null, int misses = 0)
        {
            Session = Session with { Step = step, Misses = misses };
            var question = step switch
            {
                VoiceStep.Consent => VoiceTexts.Consent(En),
                VoiceStep.Filed => VoiceTexts.AfterFiled(En),
                VoiceStep.Subsidy => VoiceTexts.Subsidy(En),
                _ => VoiceTexts.Menu(En),
            };
            Done(Say().Ask([.. first ?? [], question], step == VoiceStep.Menu ? VoiceTexts.OtherLanguage(En) : null));
        }

        public void OnKey(string key)
        {
            switch (Session.Step, key)
            {
                case (VoiceStep.Menu, "1"):
                    Ask(VoiceStep.Consent);
                    break;
                case (VoiceStep.Menu, "2"):
                    Ask(VoiceStep.Menu, Progress());
                    break;
                case (VoiceStep.Menu, "3"):
                    Ask(VoiceStep.Subsidy);
                    break;
                case (VoiceStep.Menu, "9"):
                    Session = Session with { English = !En };
                    Ask(VoiceStep.Menu);
                    break;
                case (VoiceStep.Menu, "*"):
                    Ask(VoiceStep.Menu);
                    break;
                case (VoiceStep.Consent, "1" or "2") when Session.Requests.Length < MostRequests || Session.Requests.Any(r => r.RecordingSid is null):
                    Record(key == "2");
                    break;
                case (VoiceStep.Subsidy, "1"):
                    Session = Session with { LinkSent = Session.LinkSent || facts.MayText };
                    Ask(VoiceStep.Menu, [Session.LinkSent ? VoiceTexts.LinkSent(En) : VoiceTexts.LinkNotSent(En)]);
                    break;
                case (VoiceStep.Filed, ""):
                    End();
                    break;
                default:
                    Miss();
                    break;
            }
        }

        /// <summary>Numbers are drawn before a word is recorded, and those of a recording that came to nothing are used again.</summary>
        private void Record(bool confidential)
        {
            var open = Session.Requests.FirstOrDefault(r => r.RecordingSid is null);
            var requests = open is null ? Session.Requests.Add(new(facts.Reserve(), confidential)) : Session.Requests.Replace(open, open with { Confidential = confidential });
            Session = Session with { Step = VoiceStep.Record, Misses = 0, Requests = requests };
            Speak();
        }

        private void Speak(params IEnumerable<string> first) =>
            Done(Say(first.Append(VoiceTexts.Speak(En, settings.RecordSeconds))).Record(settings.RecordSeconds, $"{hooks}/recording", settings.Transcribe && En));

        /// <summary>The ticket stands by now, if anything was said.</summary>
        public void AfterRecord(VoiceInput input)
        {
            if (Session.OfRecording(input.RecordingSid) is { Number: { } number })
            {
                var filed = VoiceTexts.Filed(En, number, Session.Caller is not null);
                if (input.Digits == "0")
                    HandOver(filed);
                else
                    Ask(VoiceStep.Filed, [filed]);
            }
            else if (input.Digits == "0")
                HandOver();
            else if (Session.Misses < MostMisses)
            {
                Session = Session with { Misses = Session.Misses + 1 };
                Speak(VoiceTexts.NotHeard(En));
            }
            else
                GiveUp();
        }

        public void HandOver(params IEnumerable<string> first)
        {
            if (!facts.DeskOpen)
            {
                Fail([.. first, VoiceTexts.Closed(En, settings.From, settings.Until)]);
                return;
            }

            Session = Session with { Step = VoiceStep.Desk, HandedOver = true, Misses = 0 };
            News = VoiceNews.Ringing;
            var twiml = Say(first.Append(VoiceTexts.Connecting(En)));
            Done(settings.DeskNumber is { } number ? twiml.Dial(number, settings.RingSeconds, $"{hooks}/status") : twiml.Enqueue(settings.DeskQueue ?? ""));
        }

        public void AfterDesk(bool taken)
        {
            if (!taken)
            {
                Fail([VoiceTexts.NoAnswer(En)]);
                return;
            }

            News = VoiceNews.Answered;
            Session = Session with { Step = VoiceStep.Over };
            Done(Say().HangUp());
        }

        /// <summary>Nobody takes the call: somebody calls back, and the request may be left.</summary>
        private void Fail(IEnumerable<string> first)
        {
            News = VoiceNews.Missed;
            var again = Session.DeskFailed;
            Session = Session with { DeskFailed = true };
            Ask(VoiceStep.Consent, again ? first : first.Append(VoiceTexts.CallBack(En, Session.Caller is not null)));
        }

        private void Miss()
        {
            if (Session.Misses >= MostMisses)
            {
                GiveUp();
                return;
            }

            Ask(Session.Step, [VoiceTexts.NotHeard(En)], Session.Misses + 1);
        }

        /// <summary>A person takes over; where none did before, the call ends: the callback stands.</summary>
        private void GiveUp()
        {
            if (Session.DeskFailed)
                End();
            else
                HandOver();
        }

        public void End()
        {
            Session = Session with { Step = VoiceStep.Over };
            Done(Say(VoiceTexts.Goodbye(En)).HangUp());
        }

        private IEnumerable<string> Progress()
        {
            if (facts.Open.Count == 0)
                return [VoiceTexts.NoProgress(En)];
            var read = facts.Open.Take(MostRead).Select((t, i) => VoiceTexts.Progress(En, i + 1, t)).Prepend(VoiceTexts.HowMany(En, facts.Open.Count));
            return facts.Open.Count > MostRead ? read.Append(VoiceTexts.More(En)) : read;
        }
    }
}
