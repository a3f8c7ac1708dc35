using HotlinePush.Clocks;
using HotlinePush.Messaging;
using HotlinePush.Sqlite;
using HotlinePush.Storage;

namespace Microsoft.Extensions.DependencyInjection;

public static class SqliteRegistration
{
    /// <summary>
    /// The three ports on one folder. The folder is opened when the first of them is asked for, and closed with the container:
    /// what waits is finished first. The bus goes by the registered <see cref="TimeProvider"/>, or the system's.
    /// </summary>
    public static IServiceCollection AddSqliteStorage(this IServiceCollection services, string folder, SqliteOptions? options = null)
    {
        services.AddSingleton(_ => SqliteDatabase.Open(folder, options));
        services.AddSingleton<ITableStore>(s => new SqliteTableStore(s.GetRequiredService<SqliteDatabase>()));
        services.AddSingleton<IMessageBus>(s => new SqliteMessageBus(s.GetRequiredService<SqliteDatabase>(), EngineOf(s.GetService<TimeProvider>())));
        services.AddSingleton<IFileStore>(s => new FolderFileStore(Path.Combine(s.GetRequiredService<SqliteDatabase>().Folder, FolderFileStore.FolderName)));
        return services;
    }

    private static TimeProvider EngineOf(TimeProvider? registered) =>
        registered is ProductClock product ? product.Engine : registered ?? TimeProvider.System;
}
