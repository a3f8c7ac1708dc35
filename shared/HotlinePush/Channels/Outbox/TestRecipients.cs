namespace HotlinePush.Channels.Outbox;

/// <summary>How one of the six test recipients behaves.</summary>
public enum TestBehaviour { None, Delivered, PermanentFailure, TemporaryFailure, Bounce, Timeout, Slow }

/// <summary>Addresses that behave in a known way on every channel of the outbox. No other address does.</summary>
public static class TestRecipients
{
    private const string Phone = "+861990000000";
    private const string Domain = "@test.invalid";

    public static TestBehaviour Of(string to) => to switch
    {
        { Length: 14 } when to.StartsWith(Phone, StringComparison.Ordinal) => Nth(to[13]),
        { Length: 15 } when to.EndsWith(Domain, StringComparison.OrdinalIgnoreCase) && to[0] == '0' => Nth(to[1]),
        _ => TestBehaviour.None,
    };

    private static TestBehaviour Nth(char digit) => digit is >= '1' and <= '6' ? (TestBehaviour)(digit - '0') : TestBehaviour.None;
}
