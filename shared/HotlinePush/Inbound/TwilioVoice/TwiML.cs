using System.Globalization;
using System.Xml.Linq;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>
/// A document that tells Twilio what to do next (twilio.com/docs/voice/twiml). Made of elements, so that whatever text comes in is escaped.
/// </summary>
/// <param name="next">Where Twilio asks for the next turn.</param>
internal sealed class TwiML(string next, bool english)
{
    private const string Chinese = "cmn-CN", ChineseVoice = "Polly.Zhiyu", English = "en-US", EnglishVoice = "Polly.Joanna";
    private const int Listens = 6;
    private readonly XElement _response = new("Response");

    public TwiML Say(string text)
    {
        _response.Add(Said(text, english));
        return this;
    }

    /// <summary>Reads the words and waits for one key, which may come while they are read; without one the next turn comes all the same.</summary>
    /// <param name="other">Said in the other language.</param>
    public TwiML Ask(IEnumerable<string> texts, string? other = null)
    {
        var gather = new XElement(
            "Gather", new XAttribute("input", "dtmf"), new XAttribute("numDigits", 1), new XAttribute("timeout", Listens), new XAttribute("actionOnEmptyResult", true),
            new XAttribute("action", next), new XAttribute("method", "POST"), texts.Select(t => Said(t, english)));
        if (other is not null)
            gather.Add(Said(other, !english));
        _response.Add(gather);
        return this;
    }

    /// <summary>Records until a key, or silence; without a word the next turn comes without a recording.</summary>
    /// <param name="reports">Where the recording is reported, and what was understood of it.</param>
    public TwiML Record(int seconds, string reports, bool transcribe)
    {
        var record = new XElement(
            "Record", new XAttribute("action", next), new XAttribute("method", "POST"), new XAttribute("maxLength", seconds), new XAttribute("timeout", 5),
            new XAttribute("finishOnKey", "#0"), new XAttribute("playBeep", true), new XAttribute("recordingStatusCallback", reports),
            new XAttribute("recordingStatusCallbackEvent", "completed"));
        if (transcribe)
            record.Add(new XAttribute("transcribe", true), new XAttribute("transcribeCallback", reports));
        _response.Add(record, new XElement("Redirect", new XAttribute("method", "POST"), next));
        return this;
    }

    /// <param name="reports">Where the desk's leg of the call reports that somebody has taken it.</param>
    public TwiML Dial(string number, int seconds, string reports)
    {
        _response.Add(new XElement(
            "Dial", new XAttribute("action", next), new XAttribute("method", "POST"), new XAttribute("timeout", seconds),
            new XElement("Number", new XAttribute("statusCallback", reports), new XAttribute("statusCallbackEvent", "answered"), number)));
        return this;
    }

    public TwiML Enqueue(string queue)
    {
        _response.Add(new XElement("Enqueue", new XAttribute("action", next), new XAttribute("method", "POST"), queue));
        return this;
    }

    public TwiML HangUp()
    {
        _response.Add(new XElement("Hangup"));
        return this;
    }

    public override string ToString() => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + _response.ToString(SaveOptions.DisableFormatting);

    /// <summary>Digit by digit, with a breath between them.</summary>
    public static string Digits(string number, bool english) => string.Join(english ? ", " : "，", number.Select(c => c.ToString(CultureInfo.InvariantCulture)));

    private static XElement Said(string text, bool english) =>
        new("Say", new XAttribute("language", english ? English : Chinese), new XAttribute("voice", english ? EnglishVoice : ChineseVoice), text);
}
