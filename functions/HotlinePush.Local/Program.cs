using HotlinePush.Local;

return await CommandLine.RunAsync(args);
