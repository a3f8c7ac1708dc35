using HotlinePush.Messaging;
using HotlinePush.Storage;

namespace HotlinePush.Sqlite;

/// <summary>The writer's errors in the words of the ports.</summary>
internal static class SqliteFailure
{
    public static TableStoreException ForTables(Exception error, bool isTransient) => new(Text(error, isTransient), isTransient, error);

    public static MessageBusException ForBus(Exception error, bool isTransient) => new(Text(error, isTransient), error);

    public static TableStoreException OfTableRead(Exception error) => new(ReadText(error), false, error);

    public static MessageBusException OfBusRead(Exception error) => new(ReadText(error), error);

    private static string ReadText(Exception error) =>
        error is ObjectDisposedException ? "The database is closed." : $"The database cannot be read: {error.Message}";

    private static string Text(Exception error, bool isTransient) => error switch
    {
        ObjectDisposedException => "The database is closed.",
        _ when isTransient => "The disk is full; nothing of this call was stored. Make room and try again.",
        _ => $"The database has failed and takes no more writes until the process is restarted: {error.Message}",
    };
}
