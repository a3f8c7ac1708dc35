using System.Collections.Immutable;
using HotlinePush.Security;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>What the caller was last asked.</summary>
public enum VoiceStep { Menu, Consent, Record, Filed, Subsidy, Desk, Over }

/// <summary>A request that is spoken, or was.</summary>
/// <param name="Reserved">Numbers for its ticket, drawn before anything is recorded: whatever comes twice meets the same.</param>
public sealed record VoiceRequest(string Reserved, bool Confidential)
{
    /// <summary>Twilio's id of the recording; null while it is spoken.</summary>
    public string? RecordingSid { get; init; }

    /// <summary>The ticket.</summary>
    public string? Number { get; init; }

    /// <summary>Twilio has said that the recording is whole.</summary>
    public bool Reported { get; init; }

    [Personal] public string? Transcript { get; init; }
}

/// <summary>How far a caller is in the menu: in the store, because the next key may be handled by another instance.</summary>
public sealed record VoiceSession
{
    /// <summary>Of the call.</summary>
    public required string Id { get; init; }

    public required string CallSid { get; init; }

    /// <summary>E.164; null where it is withheld.</summary>
    [Personal] public string? Caller { get; init; }

    public string? PersonHash { get; init; }
    public string? Called { get; init; }

    public VoiceStep Step { get; init; }
    public bool English { get; init; }

    /// <summary>Silences and wrong keys in a row.</summary>
    public int Misses { get; init; }

    /// <summary>The desk was asked for and did not take the call.</summary>
    public bool DeskFailed { get; init; }

    public bool HandedOver { get; init; }
    public bool LinkSent { get; init; }
    public ImmutableArray<VoiceRequest> Requests { get; init; } = [];

    /// <summary>What was answered, turn by turn: who asks again is told the same.</summary>
    [Personal] public ImmutableArray<string> Answers { get; init; } = [];

    /// <summary>The turn that the next answer will be of.</summary>
    public int Turn => Answers.Length;

    /// <summary>
    /// The session with that recording put to its request: the one that has it, or the one that waits for one. The end of the recording may be
    /// reported before the caller's next step, or without it.
    /// </summary>
    public VoiceSession WithRecording(string sid)
    {
        if (Requests.Any(r => r.RecordingSid == sid))
            return this;
        var open = Requests.FirstOrDefault(r => r.RecordingSid is null);
        return open is null ? this : this with { Requests = Requests.Replace(open, open with { RecordingSid = sid }) };
    }

    public VoiceRequest? OfRecording(string? sid) => sid is null ? null : Requests.FirstOrDefault(r => r.RecordingSid == sid);

    public VoiceSession With(VoiceRequest before, VoiceRequest after) => this with { Requests = Requests.Replace(before, after) };
}
