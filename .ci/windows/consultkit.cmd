@echo off
rem Une fenetre qui reste ouverte sur l'etat de la campagne. Un dossier glisse sur ce fichier s'ouvre.
chcp 65001 >nul
set "PATH=%LOCALAPPDATA%\consultkit\env\Scripts;%PATH%"
set "PYTHONUTF8=1"
if not "%~1"=="" (cd /d "%~1") else (cd /d "%~dp0")
if not exist "mapping.yaml" if exist "%USERPROFILE%\Documents\ma-campagne" cd /d "%USERPROFILE%\Documents\ma-campagne"
title consultkit - %CD%
consultkit
cmd /k
